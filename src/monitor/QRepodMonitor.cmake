# SPDX-License-Identifier: MIT
# The component Monitor defines QRepod::Monitor if Qt's HTTP server is available.
find_package(Qt6 6.4 QUIET COMPONENTS HttpServer)
if(Qt6HttpServer_FOUND)
    if(NOT TARGET QRepod::Monitor)
        include(${CMAKE_CURRENT_LIST_DIR}/QRepodMonitorTargets.cmake)
    endif()
    set(QRepod_Monitor_FOUND TRUE)
endif()
