# SPDX-License-Identifier: MIT
# The component WebSocket defines QRepod::WebSocket.
if(NOT TARGET QRepod::WebSocket)
    include(${CMAKE_CURRENT_LIST_DIR}/QRepodWebSocketTargets.cmake)
endif()
set(QRepod_WebSocket_FOUND TRUE)
