// SPDX-License-Identifier: MIT
#include "promises.h"

#include "javascript.h"

#include <QRepod/RequestError>

#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>
#include <QtCore/qpromise.h>
#include <QtQml/qjsengine.h>

namespace QRepod {

namespace {

//! A future that a Promise settles. JavaScript owns it: if the Promise is garbage-collected before
//! it is settled, the future is cancelled.
class Settler : public QObject
{
    Q_OBJECT

public:
    explicit Settler(int maximumDepth)
        : m_maximumDepth(maximumDepth)
    {
        m_promise.start();
    }

    QFuture<QVariant> future() const { return m_promise.future(); }

    Q_INVOKABLE void resolve(const QJSValue &value)
    {
        m_promise.addResult(JavaScript(*qjsEngine(this), m_maximumDepth).variant(value));
        m_promise.finish();
    }

    Q_INVOKABLE void reject(const QJSValue &reason)
    {
        const QJSValue message = reason.property(QStringLiteral("message"));
        const QString text = message.isString() ? message.toString() : reason.toString();
        m_promise.setException(RequestError(text));
        m_promise.finish();
    }

private:
    const int m_maximumDepth;
    QPromise<QVariant> m_promise;
};

bool isPromise(const QJSValue &value)
{
    return value.isObject() && value.property(QStringLiteral("then")).isCallable();
}

QFuture<QVariant> futureOf(QJSEngine &engine, int maximumDepth, const QJSValue &promise)
{
    auto *const settler = new Settler(maximumDepth);
    const QFuture<QVariant> future = settler->future();
    // The functions keep the settler alive; a connection to its methods would not.
    const QString follow = QStringLiteral("((promise, settler) => { promise.then("
                                          "value => { settler.resolve(value); },"
                                          "reason => { settler.reject(reason); }); })");
    engine.evaluate(follow).call({promise, engine.newQObject(settler)});
    return future;
}

} // namespace

QJSValue promiseOf(QJSEngine &engine, QFuture<QVariant> future)
{
    const QString create = QStringLiteral("(() => { const parts = {};"
                                          "parts.promise = new Promise((resolve, reject) => {"
                                          "parts.resolve = resolve; parts.reject = reject; });"
                                          "return parts; })()");
    const QJSValue parts = engine.evaluate(create);
    future.then([engine = QPointer<QJSEngine>(&engine), parts](const QFuture<QVariant> &finished) {
        if (!engine)
            return;
        try {
            const QJSValue result = engine->toScriptValue(finished.result());
            parts.property(QStringLiteral("resolve")).call({result});
        } catch (const RequestError &error) {
            const QJSValue reason = engine->newErrorObject(QJSValue::GenericError, error.error());
            parts.property(QStringLiteral("reject")).call({reason});
        }
    });
    return parts.property(QStringLiteral("promise"));
}

QVariant answerOf(QJSEngine &engine, int maximumDepth, const QVariant &returned)
{
    if (returned.metaType() == QMetaType::fromType<double>()) // JavaScript's numbers are doubles
        return JavaScript(engine, maximumDepth).variant(QJSValue(returned.toDouble()));
    if (returned.metaType() != QMetaType::fromType<QJSValue>())
        return returned;
    const auto value = returned.value<QJSValue>();
    if (isPromise(value))
        return QVariant::fromValue(futureOf(engine, maximumDepth, value));
    return JavaScript(engine, maximumDepth).variant(value);
}

} // namespace QRepod

#include "promises.moc"
