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

//! What a server has done since it was made: by action, and by the clients that have gone.
///
/// A client picks the names of its actions, so only so many are counted by name; the rest counts
/// together. Every function may be called from any thread.
class Metrics
{
public:
    //! So many actions that a handler has taken have figures of their own. Of those that nobody
    //! handles a few do, for they are the client's invention.
    static constexpr size_t maximumHandled = 128;
    static constexpr size_t maximumUnhandled = 16;
    static constexpr size_t maximumSent = 128;

    //! The name under which all others are counted.
    static constexpr const char *others = "_others";

    //! What handlers have been given.
    struct Received
    {
        qint64 messages = 0;
        qint64 bytes = 0;
        std::chrono::nanoseconds time{0}; ///< that they took
    };

    //! So much of an action has been given to handlers.
    void received(QByteArrayView action, const Received &more, bool isHandled);

    //! A message of so many bytes was accepted for so many clients.
    void sent(const QString &action, qint64 bytes, qsizetype clients);

    void connected();

    /// \name Sessions
    /// @{
    void interrupted() { ++m_interrupted; }
    void resumed() { ++m_resumed; }
    void lost() { ++m_lost; } ///< its client has not come back
    /// @}

    //! A client has gone; what it has done still counts.
    void gone(const Statistics &statistics);

    //! Appends everything; \a present is what the clients that are connected have done.
    void write(MetricsText &text, const QList<Statistics> &present) const;

private:
    struct Sent
    {
        qint64 messages = 0;
        qint64 bytes = 0;
    };

    using SentByAction = std::unordered_map<QString, Sent>; // its entries stay where they are

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
    std::array<ReceivedByAction, 2> m_received; // of the second, somebody handles them
    SentByAction m_sent;
    SentByAction::value_type *m_latestSent = nullptr; // often that of the next message, too
    Statistics m_gone;                                // sums
    qint64 m_connections = 0;
};

} // namespace QRepod
