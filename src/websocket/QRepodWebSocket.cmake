# SPDX-License-Identifier: MIT
# The component WebSocket defines QRepod::WebSocket.
include(${CMAKE_CURRENT_LIST_DIR}/QRepodWebSocketTargets.cmake)
set(QRepod_WebSocket_FOUND TRUE)
