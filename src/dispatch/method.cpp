// SPDX-License-Identifier: MIT
#include "dispatch/method.h"

#include "dispatch/arguments.h"

namespace QRepod {

Method::Method(const QMetaMethod &method, int optional, Leading leading, Converters &converters)
    : m_metacall(method.enclosingMetaObject()->d.static_metacall)
    , m_relativeIndex(method.methodIndex() - method.enclosingMetaObject()->methodOffset())
    , m_index(method.methodIndex())
    , m_signature(method, optional, leading, converters)
{
}

bool Method::call(QObject *object, const Message &message, QObject *sender) const
{
    if (!m_signature.fits(sender))
        return false;
    Arguments arguments(m_signature, message, sender);
    if (arguments.read(message))
        return false;
    invoke(object, arguments.omitted(), arguments.data());
    return true;
}

//! Calls the method without the last \a omitted of its parameters, which have default arguments.
void Method::invoke(QObject *object, int omitted, void **arguments) const
{
    if (m_metacall)
        m_metacall(object, QMetaObject::InvokeMetaMethod, m_relativeIndex + omitted, arguments);
    else
        QMetaObject::metacall(object, QMetaObject::InvokeMetaMethod, m_index + omitted, arguments);
}

//! What does not fit, worked out again: it is asked for once.
QByteArray Method::mismatch(const Message &message, QObject *sender) const
{
    if (!m_signature.fits(sender))
        return QByteArray("the channel is ")
            + (sender ? withArticle(sender->metaObject()->className()) : "not known")
            + ", the parameter is " + withArticle(m_signature.sender().name());
    const Signature::Field *const field = Arguments(m_signature, message, sender).read(message);
    const QVariantMap &map = message.map();
    const auto value = map.constFind(QString::fromUtf8(field->name));
    if (value == map.constEnd())
        return "field \"" + field->name + "\" is missing";
    return "field \"" + field->name + "\" is " + Value(*value).describe().toUtf8() + ", the "
        + (field->property ? "property" : "parameter") + " is " + withArticle(field->typeName);
}

} // namespace QRepod
