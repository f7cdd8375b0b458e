# SPDX-License-Identifier: MIT
# The component Qml of the package: the module, as QML and its tools find it, and the target
# QRepod::Qml for programs that are linked statically.

set(module_dir ${QREPOD_QML_INSTALL_DIR}/QRepod)
set(cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/QRepod)

install(FILES ${PROJECT_BINARY_DIR}/qml/QRepod/qmldir ${PROJECT_BINARY_DIR}/qml/QRepod/QRepodQml.qmltypes
        DESTINATION ${module_dir} COMPONENT qml)

if(BUILD_SHARED_LIBS)
    install(TARGETS QRepodQml RUNTIME DESTINATION ${module_dir} COMPONENT qml # a DLL counts as runtime
            LIBRARY DESTINATION ${module_dir} COMPONENT qml)
    qrepod_set_install_rpath(QRepodQml ${module_dir})
else()
    set_target_properties(QRepodQml PROPERTIES EXPORT_NAME Qml)
    install(TARGETS QRepodQml ${resources} EXPORT QRepodQmlTargets
            ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev
            OBJECTS DESTINATION ${CMAKE_INSTALL_LIBDIR}/QRepodQml COMPONENT dev)
    install(EXPORT QRepodQmlTargets NAMESPACE QRepod:: DESTINATION ${cmake_dir} COMPONENT dev)
endif()

configure_package_config_file(${CMAKE_CURRENT_SOURCE_DIR}/QRepodQml.cmake.in QRepodQml.cmake
                              INSTALL_DESTINATION ${cmake_dir} PATH_VARS QREPOD_QML_INSTALL_DIR)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/QRepodQml.cmake DESTINATION ${cmake_dir} COMPONENT dev)
