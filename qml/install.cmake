# SPDX-License-Identifier: MIT
# The component Qml of the package: the module as QML and its tools find it, and for programs that are
# linked statically the target QRepod::Qml.

set(module_dir ${QREPOD_QML_INSTALL_DIR}/QRepod)
set(cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/QRepod)

install(FILES ${PROJECT_BINARY_DIR}/qml/QRepod/qmldir ${PROJECT_BINARY_DIR}/qml/QRepod/QRepodQml.qmltypes
        DESTINATION ${module_dir})

if(BUILD_SHARED_LIBS)
    install(TARGETS QRepodQml LIBRARY DESTINATION ${module_dir})
    file(RELATIVE_PATH to_library ${CMAKE_INSTALL_PREFIX}/${module_dir} ${CMAKE_INSTALL_FULL_LIBDIR})
    set_target_properties(QRepodQml PROPERTIES INSTALL_RPATH $ORIGIN/${to_library})
else()
    set_target_properties(QRepodQml PROPERTIES EXPORT_NAME Qml)
    install(TARGETS QRepodQml ${resources} EXPORT QRepodQmlTargets
            ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
            OBJECTS DESTINATION ${CMAKE_INSTALL_LIBDIR}/QRepodQml)
    install(EXPORT QRepodQmlTargets NAMESPACE QRepod:: DESTINATION ${cmake_dir})
endif()

configure_package_config_file(${CMAKE_CURRENT_SOURCE_DIR}/QRepodQml.cmake.in QRepodQml.cmake
                              INSTALL_DESTINATION ${cmake_dir} PATH_VARS QREPOD_QML_INSTALL_DIR)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/QRepodQml.cmake DESTINATION ${cmake_dir})
