# SPDX-License-Identifier: MIT
# The flags that Debian builds its packages with: a stack protector, checked functions of libc
# (FORTIFY), and symbols that are bound at the start and read only from then on (BIND_NOW, RELRO).
find_program(DPKG_BUILDFLAGS_EXECUTABLE dpkg-buildflags REQUIRED
             DOC "dpkg-buildflags, of the package dpkg-dev")

# Sets `variable` to the flags of the kind `name`.
function(qrepod_get_debian_flags name variable)
    execute_process(COMMAND ${CMAKE_COMMAND} -E env DEB_BUILD_MAINT_OPTIONS=hardening=+all
                            ${DPKG_BUILDFLAGS_EXECUTABLE} --get ${name}
                    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE flags
                    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    set(${variable} ${flags} PARENT_SCOPE)
endfunction()

qrepod_get_debian_flags(CPPFLAGS preprocessor_flags)
qrepod_get_debian_flags(CXXFLAGS compiler_flags)
qrepod_get_debian_flags(LDFLAGS linker_flags)
string(APPEND CMAKE_CXX_FLAGS " ${preprocessor_flags} ${compiler_flags}")
foreach(kind EXE MODULE SHARED)
    string(APPEND CMAKE_${kind}_LINKER_FLAGS " ${linker_flags}")
endforeach()
