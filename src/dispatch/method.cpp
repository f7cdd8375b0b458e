// SPDX-License-Identifier: MIT
#include "dispatch/method.h"

#include "dispatch/arguments.h"

#include <QRepod/scriptcall.h>

#include <atomic>
#include <utility>

namespace QRepod {

namespace {

QMetaType resultOf(const QMetaMethod &method)
{
    const QMetaType type = method.returnMetaType();
    // moc omits a type that was incomplete in its header; it may be registered by name.
    const QMetaType result = type.isValid() ? type : QMetaType(method.returnType());
    return isConstructible(result) ? result : QMetaType();
}

std::atomic<ScriptCall> currentScriptCall = nullptr;

} // namespace

void setScriptCall(ScriptCall scriptCall)
{
    currentScriptCall = scriptCall;
}

Method::Method(const QMetaMethod &method, int optional, const Extras &extras,
               Converters &converters)
    : m_metacall(method.enclosingMetaObject()->d.static_metacall)
    , m_relativeIndex(method.methodIndex() - method.enclosingMetaObject()->methodOffset())
    , m_index(method.methodIndex())
    , m_result(resultOf(method))
    , m_signature(method, optional, extras, converters)
{
}

bool Method::call(QObject *object, const Call &call) const
{
    if (!m_signature.fits(call.sender))
        return false;
    Arguments arguments(m_signature, call);
    if (arguments.read())
        return false;
    if (call.answer && call.answer->isOpen())
        invoke(object, arguments, *call.answer);
    else
        invoke(object, arguments);
    return true;
}

void Method::invoke(QObject *object, Arguments &arguments) const
{
    const int omitted = arguments.omitted();
    if (m_metacall)
        m_metacall(object, QMetaObject::InvokeMetaMethod, m_relativeIndex + omitted,
                   arguments.data());
    else
        QMetaObject::metacall(object, QMetaObject::InvokeMetaMethod, m_index + omitted,
                              arguments.data());
}

void Method::invoke(QObject *object, Arguments &arguments, Answer &answer) const
{
    if (arguments.isSupplied()) {
        answer.isTaken = true;
        return invoke(object, arguments);
    }
    const bool isVariant = m_result == QMetaType::fromType<QVariant>();
    QVariant result = isVariant ? QVariant() : QVariant(m_result);
    if (m_result.isValid())
        arguments.data()[0] = isVariant ? &result : result.data();
    const ScriptCall scriptCall = m_metacall ? nullptr : currentScriptCall.load();
    if (scriptCall)
        answer.exception = scriptCall(object, [&] { invoke(object, arguments); });
    else
        invoke(object, arguments);
    if (!answer.exception.isNull())
        return;
    answer.isGiven = result.isValid();
    answer.value = std::move(result);
}

//! Works out again what does not fit, which is rarely asked for.
Method::Mismatch Method::mismatch(const Call &call) const
{
    if (!m_signature.fits(call.sender))
        return {
            QByteArray("the channel is ")
                + (call.sender ? withArticle(call.sender->metaObject()->className()) : "unknown")
                + ", the parameter is " + withArticle(m_signature.sender().name()),
            0};
    const Signature::Field *const field = Arguments(m_signature, call).read();
    const QVariantMap &map = call.message.map();
    const auto value = map.constFind(QString::fromUtf8(field->name));
    if (value == map.constEnd())
        return {"field \"" + field->name + "\" is missing", qHashMulti(0, field->name)};
    const Value unfit(*value);
    return {"field \"" + field->name + "\" is " + unfit.describe().toUtf8() + ", the "
                + (field->property ? "property" : "parameter") + " is "
                + withArticle(field->typeName),
            qHashMulti(0, field->name, int(unfit.kind()))};
}

} // namespace QRepod
