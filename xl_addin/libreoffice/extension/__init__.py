"""huibao.oxt, the extension that brings the buttons into LibreOffice."""
