# SPDX-License-Identifier: MIT
# QRepod::WebSocket for programs that run in a browser: only the listener's side.
add_library(QRepodWebSocket
    ../../include/QRepod/qrepod_websocket_global.h
    browserconnector.cpp
    emscriptensocket.cpp emscriptensocket.h
    $<TARGET_OBJECTS:qrepod_browserstream>
)
add_library(QRepod::WebSocket ALIAS QRepodWebSocket)
target_compile_features(QRepodWebSocket PUBLIC cxx_std_17)
target_compile_definitions(QRepodWebSocket PRIVATE QREPOD_WEBSOCKET_BUILDING QT_NO_CAST_FROM_ASCII
                           QT_NO_CAST_TO_ASCII QT_NO_KEYWORDS)
target_include_directories(QRepodWebSocket PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(QRepodWebSocket PUBLIC QRepod::QRepod PRIVATE $<BUILD_INTERFACE:qrepod_warnings>)
# Emscripten's part in JavaScript. The symbol makes sure that a program that connects to ws:// and
# uses nothing else of this component is linked with it.
target_link_options(QRepodWebSocket INTERFACE -lwebsocket.js LINKER:-u,qrepod_websocket)
set_target_properties(QRepodWebSocket PROPERTIES EXPORT_NAME WebSocket)
qrepod_install_component(WebSocket RUNTIME websocket HEADERS qrepod_websocket_global.h)
