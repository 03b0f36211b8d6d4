"""The theme every Word file must have; nothing here refers to it, all faces and inks are given in the styles."""

_INKS = (
    ("dk1", "000000"),
    ("lt1", "FFFFFF"),
    ("dk2", "404040"),
    ("lt2", "E7E7E7"),
    ("accent1", "404040"),
    ("accent2", "BFBFBF"),
    ("accent3", "7F7F7F"),
    ("accent4", "E7E7E7"),
    ("accent5", "000000"),
    ("accent6", "A6A6A6"),
    ("hlink", "000000"),
    ("folHlink", "000000"),
)
_FILL = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
_FACES = '<a:latin typeface="宋体"/><a:ea typeface="宋体"/><a:cs typeface=""/>'

THEME = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="GB/T 9704"><a:themeElements>'
    '<a:clrScheme name="GB/T 9704">'
    + "".join(f'<a:{name}><a:srgbClr val="{ink}"/></a:{name}>' for name, ink in _INKS)
    + f'</a:clrScheme><a:fontScheme name="GB/T 9704"><a:majorFont>{_FACES}</a:majorFont><a:minorFont>{_FACES}'
    '</a:minorFont></a:fontScheme><a:fmtScheme name="GB/T 9704">'
    f"<a:fillStyleLst>{3 * _FILL}</a:fillStyleLst>"
    f"<a:lnStyleLst>{3 * f'<a:ln>{_FILL}</a:ln>'}</a:lnStyleLst>"
    f"<a:effectStyleLst>{3 * '<a:effectStyle><a:effectLst/></a:effectStyle>'}</a:effectStyleLst>"
    f"<a:bgFillStyleLst>{3 * _FILL}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
)
"""Content of word/theme/theme1.xml."""
