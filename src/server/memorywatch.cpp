// SPDX-License-Identifier: MIT
#include "server/memorywatch.h"

#include "server/channelprivate.h"
#include "server/serverprivate.h"

#include <algorithm>

namespace QRepod {

namespace {

constexpr int interval = 250;       // milliseconds
constexpr int checksUntilClose = 5; // a second after the first that found too much

Session &sessionOf(const Channel *channel)
{
    return *Channel::Private::get(channel)->session;
}

} // namespace

MemoryWatch::MemoryWatch(Server::Private &server, Deadlines &deadlines)
    : Deadline(deadlines)
    , m_server(server)
{
}

void MemoryWatch::start()
{
    if (std::exchange(m_isStarted, true))
        return;
    m_checksOverLimit = 0;
    setDeadline(interval);
}

std::vector<MemoryWatch::Holding> MemoryWatch::holdings() const
{
    std::vector<Holding> holdings;
    holdings.reserve(size_t(m_server.owned().size()));
    for (Channel *const channel : m_server.owned()) {
        if (const qint64 bytes = sessionOf(channel).heldBytes(); bytes > 0)
            holdings.push_back({bytes, channel});
    }
    return holdings;
}

void MemoryWatch::handleDeadline()
{
    m_isStarted = !m_server.owned().isEmpty();
    if (!m_isStarted)
        return;
    setDeadline(interval);

    const qint64 limit = m_server.settings.snapshot().maximumMemory;
    std::vector<Holding> holders = limit > 0 ? holdings() : std::vector<Holding>();
    qint64 held = 0;
    for (const Holding &holder : holders)
        held += holder.bytes;
    if (held <= limit) {
        if (m_checksOverLimit > 0 && held <= limit / 8 * 7)
            resume();
        return;
    }

    ++m_checksOverLimit;
    const auto holdsMore = [](const Holding &a, const Holding &b) { return a.bytes > b.bytes; };
    std::sort(holders.begin(), holders.end(), holdsMore);
    const QString error = QStringLiteral("%1 bytes held for all clients are over the limit of %2; "
                                         "%3 of them are held for this client")
                              .arg(held)
                              .arg(limit);
    qint64 excess = held - limit;
    for (auto holder = holders.cbegin(); excess > 0; ++holder) {
        excess -= holder->bytes;
        Inbox &inbox = sessionOf(holder->channel).inbox();
        if (m_checksOverLimit < checksUntilClose)
            inbox.setHeld(true);
        else
            inbox.abort(holder->channel->address() + QLatin1String(": ")
                        + error.arg(holder->bytes));
    }
}

//! Reads from every client again.
void MemoryWatch::resume()
{
    m_checksOverLimit = 0;
    for (const Channel *const channel : m_server.owned())
        sessionOf(channel).inbox().setHeld(false);
}

} // namespace QRepod
