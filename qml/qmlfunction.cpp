// SPDX-License-Identifier: MIT
#include "qmlfunction.h"

#include "scriptcalls.h"

#include <QtCore/qobject.h>
#include <QtCore/qvarlengtharray.h>
#include <QtQml/qqmlinfo.h>

namespace QRepod {

QVariant QmlFunction::call(std::initializer_list<QVariant> arguments, QString *exception)
{
    if (m_type != m_object->metaObject()) {
        m_type = m_object->metaObject();
        m_method = find();
    }
    if (!m_method.isValid())
        return {};

    const int count = m_method.parameterCount();
    QVarLengthArray<QVariant, 2> values(arguments.begin(), arguments.end());
    values.resize(count); // parameters without an argument are undefined, as in JavaScript
    QVarLengthArray<void *, 3> pointers = {nullptr};
    for (int i = 0; i < count; ++i) {
        const QMetaType type = m_method.parameterMetaType(i);
        const bool isVariant = type.id() == QMetaType::QVariant;
        if (!isVariant && !values[i].convert(type)) {
            qmlWarning(m_object) << m_name << ": the parameter \""
                                 << m_method.parameterNames().at(i) << "\" cannot be converted to "
                                 << type.name();
            return {};
        }
        pointers.append(isVariant ? &values[i] : values[i].data());
    }
    const QMetaType resultType = m_method.returnMetaType();
    const bool isVariant = resultType.id() == QMetaType::QVariant;
    const bool isVoid = resultType.id() == QMetaType::Void;
    QVariant result = isVariant || isVoid ? QVariant() : QVariant(resultType);
    if (!isVoid)
        pointers[0] = isVariant ? &result : result.data();
    const auto invoke = [object = m_object, index = m_method.methodIndex(), &pointers] {
        QMetaObject::metacall(object, QMetaObject::InvokeMetaMethod, index, pointers.data());
    };
    if (exception)
        *exception = callScript(m_object, invoke);
    else
        invoke();
    return result;
}

QMetaMethod QmlFunction::find() const
{
    for (int i = m_type->methodCount() - 1; i >= 0; --i) { // the most derived first
        const QMetaMethod method = m_type->method(i);
        if (method.name() == m_name)
            return method;
    }
    return {};
}

} // namespace QRepod
