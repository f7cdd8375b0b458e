# SPDX-License-Identifier: MIT
# The component Monitor of the package: find_package(QRepod COMPONENTS Monitor)

if(NOT QREPOD_INSTALL)
    # Inside another project it is built only if something links it.
    if(NOT PROJECT_IS_TOP_LEVEL)
        set_target_properties(QRepodMonitor PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
    return()
endif()

qrepod_install_library(QRepodMonitor QRepodMonitorTargets monitor)
qrepod_set_install_rpath(QRepodMonitor ${CMAKE_INSTALL_LIBDIR})
install(FILES ${PROJECT_SOURCE_DIR}/include/QRepod/MetricsPage ${PROJECT_SOURCE_DIR}/include/QRepod/metricspage.h
              ${PROJECT_SOURCE_DIR}/include/QRepod/qrepod_monitor_global.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/QRepod COMPONENT dev)
install(EXPORT QRepodMonitorTargets NAMESPACE QRepod:: DESTINATION ${QREPOD_CMAKE_DIR} COMPONENT dev)
install(FILES QRepodMonitor.cmake DESTINATION ${QREPOD_CMAKE_DIR} COMPONENT dev)

# pkg-config
set(pc_requires "qrepod = ${PROJECT_VERSION}")
if(NOT BUILD_SHARED_LIBS)
    string(APPEND pc_requires ", Qt6HttpServer")
endif()
configure_file(qrepod-monitor.pc.in qrepod-monitor.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/qrepod-monitor.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
