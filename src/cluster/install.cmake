# SPDX-License-Identifier: MIT
# The component Cluster of the package: find_package(QRepod COMPONENTS Cluster)

if(NOT QREPOD_INSTALL)
    # Inside another project it is built only if something links it.
    if(NOT PROJECT_IS_TOP_LEVEL)
        set_target_properties(QRepodCluster PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
    return()
endif()

qrepod_install_library(QRepodCluster QRepodClusterTargets cluster)
qrepod_set_install_rpath(QRepodCluster ${CMAKE_INSTALL_LIBDIR})
install(FILES ${PROJECT_SOURCE_DIR}/include/QRepod/Cluster ${PROJECT_SOURCE_DIR}/include/QRepod/cluster.h
              ${PROJECT_SOURCE_DIR}/include/QRepod/qrepod_cluster_global.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/QRepod COMPONENT dev)
install(EXPORT QRepodClusterTargets NAMESPACE QRepod:: DESTINATION ${QREPOD_CMAKE_DIR} COMPONENT dev)
install(FILES QRepodCluster.cmake DESTINATION ${QREPOD_CMAKE_DIR} COMPONENT dev)

# pkg-config
configure_file(qrepod-cluster.pc.in qrepod-cluster.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/qrepod-cluster.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
