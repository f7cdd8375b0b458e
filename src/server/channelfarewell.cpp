// SPDX-License-Identifier: MIT
#include "protocol/builtin.h"
#include "protocol/control.h"
#include "server/channelprivate.h"
#include "server/serverprivate.h"
#include "transport/address.h"

#include <QtCore/qloggingcategory.h>

#include <utility>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(serverLog)

/// \file
/// The last message to a client that the server drops.

void Channel::Private::refuse(const QString &reason)
{
    if (m_isRefused || !session)
        return;
    session->link().outbox->send(BuiltIn::error(reason).bytes());
    sendAway({Control::refused(reason), {}});
}

//! Drops the client after sending \a farewell, which only a client that says hello understands. A
//! client that has not said hello yet gets time to do so. A lost one may come back to hear it.
void Channel::Private::sendAway(const Farewell &farewell)
{
    constexpr int helloTimeout = 200; // milliseconds
    m_isRefused = true;
    m_farewell = farewell;
    if (session->isResumable()) {
        const int time = server->settings.snapshot().sessionTimeout;
        for (const QString &token : {m_token, m_usedToken})
            server->farewells.add(token, farewell, time);
    }
    if (m_away || session->link().outbox->isPeerKnown())
        return finishSendingAway();
    m_helloTimeout.emplace(server->deadlines, [this] { finishSendingAway(); }).start(helloTimeout);
}

void Channel::Private::finishSendingAway()
{
    const std::optional<Farewell> farewell = std::exchange(m_farewell, {});
    m_helloTimeout.reset();
    const Link link = session->link();
    if (!link.outbox->sendControl(farewell->control) && !farewell->plainError.isEmpty())
        link.outbox->send(BuiltIn::error(farewell->plainError).bytes());
    endSession();
    link.outbox->close();
    session->inbox().close();
}

//! Drops the client for its own fault, and reports \a error to the server too.
void Channel::Private::expel(const QString &error)
{
    if (m_isRefused)
        return;
    sendLastError(error);
    session->inbox().close(address() + QLatin1String(": ") + error);
}

//! Sends \a error as the last message to the client. Its own messages are no longer delivered.
void Channel::Private::sendLastError(const QString &error)
{
    m_isRefused = true;
    const Link link = session->link();
    link.outbox->send(BuiltIn::error(error).bytes());
    endSession();
    link.outbox->close();
}

void Channel::Private::redirect(const QString &hostAndPort)
{
    if (m_isRefused || !session)
        return;
    if (const QString fault = addressFault(hostAndPort); !fault.isEmpty())
        qCWarning(serverLog).noquote()
            << address() << "is redirected to" << hostAndPort + QLatin1String(": ") + fault;
    sendAway(
        {Control::redirect(hostAndPort), QStringLiteral("play on %1 instead").arg(hostAndPort)});
}

} // namespace QRepod
