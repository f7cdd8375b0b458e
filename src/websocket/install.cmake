# SPDX-License-Identifier: MIT
# The component WebSocket of the package: find_package(QRepod COMPONENTS WebSocket)

if(NOT QREPOD_INSTALL)
    # Inside another project it is built only if something links it.
    if(NOT PROJECT_IS_TOP_LEVEL)
        set_target_properties(QRepodWebSocket qrepod_websocket PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
    return()
endif()

qrepod_install_library(QRepodWebSocket QRepodWebSocketTargets websocket)
qrepod_set_install_rpath(QRepodWebSocket ${CMAKE_INSTALL_LIBDIR})
set(headers ${PROJECT_SOURCE_DIR}/include/QRepod)
install(FILES ${headers}/WebSocket ${headers}/WebSocketGate ${headers}/qrepod_websocket_global.h
              ${headers}/websocketgate.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/QRepod COMPONENT dev)
install(EXPORT QRepodWebSocketTargets NAMESPACE QRepod:: DESTINATION ${QREPOD_CMAKE_DIR} COMPONENT dev)
install(FILES QRepodWebSocket.cmake DESTINATION ${QREPOD_CMAKE_DIR} COMPONENT dev)

# pkg-config
set(pc_libs "-L\${libdir} -Wl,-u,qrepod_websocket -Wl,--no-as-needed -lQRepodWebSocket")
if(NOT BUILD_SHARED_LIBS)
    string(APPEND pc_libs " -lwslay")
endif()
configure_file(qrepod-websocket.pc.in qrepod-websocket.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/qrepod-websocket.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
