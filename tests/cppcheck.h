// SPDX-License-Identifier: MIT
// The macros that cppcheck has to know, since it does not read Qt's headers.

#define QREPOD_EXPORT
#define QREPOD_TEST_EXPORT
#define Q_DISABLE_COPY_MOVE(Class)                                                                 \
    Class(const Class &) = delete;                                                                 \
    Class &operator=(const Class &) = delete;
#define Q_MOC_INCLUDE(file)
#define Q_OBJECT_BINDABLE_PROPERTY(Class, Type, name, signal) Type name;
#define QT_CONFIG(feature) 1
#define QT_WARNING_DISABLE_GCC(warning)
#define EM_JS(Type, name, parameters, ...) Type name parameters;
#define QML_ELEMENT
#define QML_ANONYMOUS
#define QML_FOREIGN(type)
#define QML_NAMED_ELEMENT(name)
#define QML_UNCREATABLE(reason)
