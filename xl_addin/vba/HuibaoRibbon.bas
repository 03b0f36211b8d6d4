Option Explicit

' What the buttons in the ribbon do: each runs a macro of xl_addin.macros in Python, by RunPython of module xlwings.
' ASCII only, because VBA is kept in a code page; Chinese comes as numbers of characters, see Han. What follows below
' this text, a callback per button and the notices, xl_addin/ribbon.py writes from the list of buttons.
' No Function is public: a formula in a received workbook could call it.

Private Sub Press(ByVal Macro As String, ByVal OnWorkbook As Boolean)
    If ActiveWorkbook Is Nothing Then ' so it is while a protected view is in front
        If OnWorkbook Then
            Tell Say_no_workbook()
            Exit Sub
        End If
        Workbooks.Add ' RunPython has to name a workbook that it was called from
    End If
    If Not IsPlain(ActiveWorkbook.Name) Then
        Tell Say_odd_name()
        Exit Sub
    End If
    RunPython "import xl_addin.macros; xl_addin.macros." & Macro & "()"
End Sub

' Whether a name can stand between double quotes on a command line, where RunPython puts it, with nothing in it acting
' there; = is where xlwings cuts.
Private Function IsPlain(ByVal Name As String) As Boolean
    Dim i As Integer
    For i = 1 To Len(Name)
        If InStr("%$`\|=" & Chr(34), Mid(Name, i, 1)) > 0 Then Exit Function
    Next i
    IsPlain = True
End Function

' Called by RunPython while no interpreter is set.
Public Sub TellNotInstalled()
    Tell Say_not_installed()
End Sub

Private Sub Tell(ByVal Text As String)
    MsgBox Text, vbExclamation, Say_title()
End Sub

Private Function Han(ByVal Numbers As String) As String
    Dim Number As Variant
    For Each Number In Split(Numbers, " ")
        Han = Han & ChrW(CLng(Number))
    Next Number
End Function
