# What `cmake --install` puts where. Debian's layout, which other systems share: cleave++ finds what it links with in
# ../lib/cleave from its own executable, wherever that is, so the prefix may be moved.
#
# The archivers that lie beside cleave++ in the build are not installed, since a folder of commands has others of these
# names; share/cleave/toolchain.cmake names LLVM's.
include(CMakePackageConfigHelpers)

install(TARGETS cleave cleave++ RUNTIME DESTINATION bin)
install(PROGRAMS ${CLEAVE_RT_OUTPUT_DIRECTORY}/cleave_embedded_node DESTINATION lib/cleave)
foreach(archive IN ITEMS libcleave_root.a libcleave_task.a libcleave_task_base.a libsodium.a libjemalloc.a)
  install(FILES ${CLEAVE_RT_OUTPUT_DIRECTORY}/${archive} DESTINATION lib/cleave)
endforeach()
install(DIRECTORY ${CMAKE_BINARY_DIR}/share/man ${CMAKE_BINARY_DIR}/share/bash-completion ${CMAKE_BINARY_DIR}/share/zsh
                  ${CMAKE_BINARY_DIR}/share/fish DESTINATION share)
install(DIRECTORY ${CMAKE_BINARY_DIR}/share/zsh/site-functions/ DESTINATION share/zsh/vendor-completions) # Debian's, below /usr
install(DIRECTORY docs/ DESTINATION share/doc/cleave/docs FILES_MATCHING PATTERN "*.md" PATTERN "*.png")
install(FILES README.md LICENSE DESTINATION share/doc/cleave)

configure_file(tools/toolchain.cmake.in ${CMAKE_BINARY_DIR}/share/cleave/toolchain.cmake @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/share/cleave/toolchain.cmake DESTINATION share/cleave)
configure_package_config_file(tools/CleaveConfig.cmake.in ${CMAKE_BINARY_DIR}/share/cleave/CleaveConfig.cmake
  INSTALL_DESTINATION lib/cmake/Cleave NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/share/cleave/CleaveConfigVersion.cmake COMPATIBILITY SameMinorVersion
  ARCH_INDEPENDENT)
install(FILES ${CMAKE_BINARY_DIR}/share/cleave/CleaveConfig.cmake ${CMAKE_BINARY_DIR}/share/cleave/CleaveConfigVersion.cmake
  DESTINATION lib/cmake/Cleave)

# `cpack` in the build folder makes a Debian package. What the binaries are linked with it finds out itself; beside these,
# cleave++ compiles with clang's headers and links with the static libraries of g++ and libc; clang's driver, which plans the
# link, wants lld to be there, although the one that links is within cleave++.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The Cleave authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "compiler that splits sequential C++ programs into tasks")
set(CPACK_PACKAGE_DESCRIPTION "cleave++ compiles C++ like clang++, finds the tasks in a sequential program, and makes executables that run
them on all cores. cleave runs and shows what it makes.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "clang-${LLVM_VERSION_MAJOR}, lld-${LLVM_VERSION_MAJOR}, llvm-${LLVM_VERSION_MAJOR}, libstdc++-12-dev, libc6-dev")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "graphviz")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "qemu-system-x86")
include(CPack)
