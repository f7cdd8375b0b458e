// SPDX-License-Identifier: MIT
#include "delivery/futureanswer.h"

#include <QtCore/qfuture.h>
#include <QtCore/qfuturewatcher.h>
#include <QtCore/qloggingcategory.h>

#include <cstddef>
#include <exception>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(requestLog)

namespace {

constexpr QByteArrayView futurePrefix("QFuture<");

QMetaType resultType(QMetaType future)
{
    const QByteArrayView name(future.name());
    return QMetaType::fromName(name.sliced(futurePrefix.size()).chopped(1));
}

//! Returns the first result in \a store, which has \a type.
QVariant firstResult(const QtPrivate::ResultStoreBase &store, QMetaType type)
{
    if (type.id() == QMetaType::Void || !store.contains(0))
        return {};
    // Only Qt's type system knows the type of what it points to.
    const void *const result = store.resultAt(0).pointer<std::byte>();
    if (type.id() == QMetaType::QVariant)
        return *static_cast<const QVariant *>(result);
    return QVariant(type, result);
}

//! Answers with the result of \a future, which has finished; \a type is the type of its result.
void answer(const Request &request, QFuture<void> future, QMetaType type)
{
    try {
        future.waitForFinished(); // throws the future's exception
    } catch (const RequestError &error) {
        request.refuse(error.error());
        return;
    } catch (const std::exception &error) {
        request.refuse(QString::fromUtf8(error.what()));
        return;
    } catch (...) {
        request.refuse(QStringLiteral("the handler failed"));
        return;
    }
    if (future.isCanceled())
        request.refuse(QStringLiteral("the handler's future was cancelled"));
    else
        request.reply(firstResult(QFutureInterfaceBase::get(future).resultStoreBase(), type));
}

} // namespace

bool FutureAnswer::isFuture(const QVariant &value)
{
    return QByteArrayView(value.metaType().name()).startsWith(futurePrefix);
}

void FutureAnswer::follow(const QVariant &future, const Request &request, QObject *reader)
{
    const QMetaType type = resultType(future.metaType());
    if (!type.isValid()) {
        const QString error = QStringLiteral("the result type of %1 is not registered")
                                  .arg(QLatin1String(future.metaType().name()));
        qCWarning(requestLog).noquote() << error;
        request.refuse(error);
        return;
    }
    // Qt can convert the type only once it is registered.
    QMetaType(future.metaType()).id();
    const auto finished = future.value<QFuture<void>>();
    if (finished.isFinished())
        return answer(request, finished, type);

    auto *const watcher = new QFutureWatcher<void>(reader);
    // Holds the future too: its last owner destroys the result.
    QObject::connect(watcher, &QFutureWatcherBase::finished, watcher,
                     [watcher, request, type, future] {
                         watcher->deleteLater();
                         answer(request, watcher->future(), type);
                     });
    watcher->setFuture(finished);
}

} // namespace QRepod
