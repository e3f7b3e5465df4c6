
!cleave.tasks = !{!99999}
!99999 = !{ptr @call, ptr @kind, !"work", !"work.cpp", i32 7}
