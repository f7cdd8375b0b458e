// SPDX-License-Identifier: MIT
#include "scriptcalls.h"

#include <QRepod/scriptcall.h>

#include <QtCore/qpointer.h>
#include <QtCore/qregularexpression.h>
#include <QtQml/qqmlengine.h>
#include <QtQml/qqmlerror.h>

namespace QRepod {

namespace {

[[maybe_unused]] const bool isInstalled = [] {
    setScriptCall(&callScript);
    return true;
}();

//! Returns how many JavaScript functions are running.
qsizetype runningFunctions(QQmlEngine &engine)
{
    return engine.evaluate(QStringLiteral("new Error().stack")).toString().count(u'\n');
}

//! Returns, for example, `"sold out"` for `"Error: sold out"`.
QString messageOf(const QQmlError &error)
{
    static const QRegularExpression name(QStringLiteral("^(Uncaught )?\\w*Error: "));
    QString text = error.description();
    text.remove(name);
    return text.isEmpty() ? QStringLiteral("the handler failed") : text;
}

} // namespace

// The engine catches what a function throws and reports it once the function has ended. What a
// binding or another handler throws meanwhile is reported while the function is still running.
QString callScript(QObject *object, const std::function<void()> &call)
{
    const QPointer<QQmlEngine> engine(qmlEngine(object));
    if (!engine) {
        call();
        return {};
    }
    QQmlError latest;
    qsizetype running = -1; // when it was reported
    const auto reports = QObject::connect(engine, &QQmlEngine::warnings, engine,
                                          [&](const QList<QQmlError> &errors) {
                                              latest = errors.constLast();
                                              running = runningFunctions(*engine);
                                          });
    call();
    QObject::disconnect(reports);
    if (running < 0 || !engine || running != runningFunctions(*engine))
        return {};
    return messageOf(latest);
}

} // namespace QRepod
