// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/statistics.h>

#include <QtCore/qhashfunctions.h>
#include <QtCore/qstring.h>

#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace QRepod {

class MetricsText;

//! What a server has done since it was created, by action, and what its former clients have done.
///
/// Clients choose the names of their actions, so only a limited number are counted by name; the
/// rest are counted together. Every function may be called from any thread.
class Metrics
{
public:
    //! How many actions have figures of their own. Few of the unhandled ones do, since a client may
    //! invent them.
    static constexpr size_t maximumHandled = 128;
    static constexpr size_t maximumUnhandled = 16;
    static constexpr size_t maximumSent = 128;

    //! The name under which all other actions are counted.
    static constexpr const char *others = "_others";

    //! What handlers have received.
    struct Received
    {
        qint64 messages = 0;
        qint64 bytes = 0;
        std::chrono::nanoseconds time{0}; ///< that handlers took
    };

    //! Handlers have received \a more messages of \a action.
    void received(QByteArrayView action, const Received &more, bool isHandled);

    //! A message of \a bytes was accepted for \a clients clients.
    void sent(const QString &action, qint64 bytes, qsizetype clients);

    void connected();

    /// \name Sessions
    /// @{
    void interrupted() { ++m_interrupted; }
    void resumed() { ++m_resumed; }
    void lost() { ++m_lost; } ///< the client has not come back
    /// @}

    //! A client is gone; what it has done still counts.
    void gone(const Statistics &statistics);

    //! Appends all figures; \a present are the statistics of the current clients.
    void write(MetricsText &text, const QList<Statistics> &present) const;

private:
    struct Sent
    {
        qint64 messages = 0;
        qint64 bytes = 0;
    };

    using SentByAction = std::unordered_map<QString, Sent>; // its entries never move

    struct Hash : std::hash<std::string_view>
    {
        using is_transparent = void;
    };
    using ReceivedByAction = std::unordered_map<std::string, Received, Hash, std::equal_to<>>;

    SentByAction::value_type &sentEntry(const QString &action);
    void writeTotals(MetricsText &text, const QList<Statistics> &present) const;
    void writeReceived(MetricsText &text) const;
    void writeSent(MetricsText &text) const;

    std::atomic<qint64> m_interrupted = 0;
    std::atomic<qint64> m_resumed = 0;
    std::atomic<qint64> m_lost = 0;

    mutable std::mutex m_mutex;                 // guards everything below
    std::array<ReceivedByAction, 2> m_received; // [1]: actions that somebody handles
    SentByAction m_sent;
    SentByAction::value_type *m_latestSent = nullptr; // often also the next message's
    Statistics m_gone;                                // sums over former clients
    qint64 m_connections = 0;
};

} // namespace QRepod
