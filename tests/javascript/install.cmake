# SPDX-License-Identifier: MIT
# Puts the packages of npm that the tests need into the build folder, once: cmake -D npm=… -D source=…
# -D binary=… -P install.cmake. What is there already is not asked for again.
file(SHA256 ${source}/package-lock.json wanted)
set(stamp ${binary}/node_modules/.qrepod)
if(EXISTS ${stamp})
    file(READ ${stamp} present)
    if(present STREQUAL wanted)
        return()
    endif()
endif()
file(MAKE_DIRECTORY ${binary})
file(COPY ${source}/package.json ${source}/package-lock.json DESTINATION ${binary})
execute_process(COMMAND ${npm} ci --no-audit --no-fund --ignore-scripts WORKING_DIRECTORY ${binary}
                COMMAND_ERROR_IS_FATAL ANY)
file(WRITE ${stamp} ${wanted})
