
!cleave.tasks = !{!90000, !90001, !90002, !90003, !90004, !90005, !90006, !90007, !90008, !90009, !90010, !90011, !90012, !90013, !90014}
!90000 = !{ptr @call_0, ptr @kind_0, !"right", !"wrong.cpp", i32 10}
!90001 = !{ptr @call_1, ptr @kind_1, !"readsGlobal", !"wrong.cpp", i32 11}
!90002 = !{ptr @call_2, ptr @kind_2, !"writesGlobal", !"wrong.cpp", i32 12}
!90003 = !{ptr @call_3, ptr @kind_3, !"readsUnwritten", !"wrong.cpp", i32 13}
!90004 = !{ptr @call_4, ptr @kind_4, !"writesInput", !"wrong.cpp", i32 14}
!90005 = !{ptr @call_5, ptr @kind_5, !"givesUp", !"wrong.cpp", i32 15}
!90006 = !{ptr @call_6, ptr @kind_6, !"dies", !"wrong.cpp", i32 16}
!90007 = !{ptr @call_7, ptr @kind_7, !"differs", !"wrong.cpp", i32 17}
!90008 = !{ptr @call_8, ptr @kind_8, !"itemBefore", !"wrong.cpp", i32 18}
!90009 = !{ptr @call_9, ptr @kind_9, !"vectorDiffers", !"wrong.cpp", i32 19}
!90010 = !{ptr @call_10, ptr @kind_10, !"halfWritten", !"wrong.cpp", i32 20}
!90011 = !{ptr @call_11, ptr @kind_11, !"rangeRight", !"wrong.cpp", i32 21}
!90012 = !{ptr @call_12, ptr @kind_12, !"rangeSum", !"wrong.cpp", i32 22}
!90013 = !{ptr @call_13, ptr @kind_13, !"rangePart", !"wrong.cpp", i32 23}
!90014 = !{ptr @call_14, ptr @kind_14, !"shortensInput", !"wrong.cpp", i32 24}
