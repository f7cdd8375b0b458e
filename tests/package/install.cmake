# SPDX-License-Identifier: MIT
# Installs the build folder `binary` into `prefix`, from scratch, and checks that nothing of it points
# back to where it was built.

file(REMOVE_RECURSE ${prefix})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${binary} --prefix ${prefix}
                COMMAND_ERROR_IS_FATAL ANY)

file(GLOB_RECURSE descriptions ${prefix}/*.cmake ${prefix}/*.pc)
if(NOT descriptions)
    message(FATAL_ERROR "${prefix} has neither CMake files nor pkg-config files")
endif()
foreach(file IN LISTS descriptions)
    file(READ ${file} text)
    foreach(place ${source} ${binary} ${prefix})
        string(FIND "${text}" "${place}" position)
        if(NOT position EQUAL -1)
            message(FATAL_ERROR "${file} cannot be moved: it mentions ${place}")
        endif()
    endforeach()
endforeach()
