// SPDX-License-Identifier: MIT
#include "server/metrics.h"

#include "server/metricstext.h"

#include <QtCore/qmap.h>

#include <algorithm>
#include <map>
#include <vector>

namespace QRepod {

namespace {

using Kind = MetricsText::Kind;

const QString label = QStringLiteral("action");

void add(Statistics &sum, const Statistics &other)
{
    sum.messagesReceived += other.messagesReceived;
    sum.messagesSent += other.messagesSent;
    sum.bytesReceived += other.bytesReceived;
    sum.bytesSent += other.bytesSent;
    sum.framesSkipped += other.framesSkipped;
    sum.messagesWaiting += other.messagesWaiting;
    sum.bytesUnsent += other.bytesUnsent;
}

//! Writes the median and the 99th percentile over the clients whose round trip is known.
void writeRoundTrips(MetricsText &text, const QList<Statistics> &present)
{
    std::vector<qint64> times;
    for (const Statistics &client : present) {
        if (client.roundTripTime >= 0)
            times.push_back(client.roundTripTime);
    }
    if (times.empty())
        return;
    const auto write = [&](const QString &name, const QString &help, size_t rank) {
        const auto place = times.begin() + std::ptrdiff_t(rank);
        std::nth_element(times.begin(), place, times.end());
        text.single(name, Kind::Gauge, help, double(*place) / 1e6);
    };
    write(QStringLiteral("qrepod_round_trip_median_seconds"),
          QStringLiteral("Half of the clients have a shorter round trip."), times.size() / 2);
    write(QStringLiteral("qrepod_round_trip_p99_seconds"),
          QStringLiteral("All but one in a hundred clients have a shorter round trip."),
          times.size() * 99 / 100);
}

} // namespace

void Metrics::received(QByteArrayView action, const Received &more, bool isHandled)
{
    const std::lock_guard lock(m_mutex);
    ReceivedByAction &actions = m_received[isHandled];
    const std::string_view name(action.data(), size_t(action.size()));
    auto place = actions.find(name);
    if (place == actions.end()) {
        const bool isFull = actions.size() >= (isHandled ? maximumHandled : maximumUnhandled);
        place = actions.try_emplace(isFull ? std::string(others) : std::string(name)).first;
    }
    Received &counts = place->second;
    counts.messages += more.messages;
    counts.bytes += more.bytes;
    counts.time += more.time;
}

void Metrics::sent(const QString &action, qint64 bytes, qsizetype clients)
{
    if (clients == 0)
        return;
    const std::lock_guard lock(m_mutex);
    if (!m_latestSent || m_latestSent->first != action)
        m_latestSent = &sentEntry(action);
    m_latestSent->second.messages += clients;
    m_latestSent->second.bytes += bytes * clients;
}

//! Called with the lock held.
Metrics::SentByAction::value_type &Metrics::sentEntry(const QString &action)
{
    const auto place = m_sent.find(action);
    if (place != m_sent.end())
        return *place;
    const bool isFull = m_sent.size() >= maximumSent;
    return *m_sent.try_emplace(isFull ? QString::fromLatin1(others) : action).first;
}

void Metrics::connected()
{
    const std::lock_guard lock(m_mutex);
    ++m_connections;
}

void Metrics::gone(const Statistics &statistics)
{
    Statistics done = statistics;
    done.messagesWaiting = 0;
    done.bytesUnsent = 0;
    const std::lock_guard lock(m_mutex);
    add(m_gone, done);
}

void Metrics::write(MetricsText &text, const QList<Statistics> &present) const
{
    const std::lock_guard lock(m_mutex);
    writeTotals(text, present);
    writeRoundTrips(text, present);
    writeReceived(text);
    writeSent(text);
}

void Metrics::writeTotals(MetricsText &text, const QList<Statistics> &present) const
{
    Statistics sum = m_gone;
    for (const Statistics &client : present)
        add(sum, client);
    const auto counter = [&](const char *name, const char *help, qint64 number) {
        text.single(QLatin1String(name), Kind::Counter, QLatin1String(help), number);
    };
    const auto gauge = [&](const char *name, const char *help, qint64 number) {
        text.single(QLatin1String(name), Kind::Gauge, QLatin1String(help), number);
    };
    counter("qrepod_connections_total", "Clients that have connected.", m_connections);
    counter("qrepod_messages_received_total", "Messages that have arrived.", sum.messagesReceived);
    counter("qrepod_messages_sent_total", "Messages accepted for clients.", sum.messagesSent);
    counter("qrepod_bytes_received_total", "Bytes read from clients.", sum.bytesReceived);
    counter("qrepod_bytes_sent_total", "Bytes written to clients.", sum.bytesSent);
    counter("qrepod_frames_skipped_total", "Frames without an action, heartbeats among them.",
            sum.framesSkipped);
    counter("qrepod_sessions_interrupted_total", "Times that a client was lost for a while.",
            m_interrupted);
    counter("qrepod_sessions_resumed_total", "Times that such a client came back.", m_resumed);
    counter("qrepod_sessions_lost_total", "Such clients that did not come back in time.", m_lost);
    gauge("qrepod_messages_waiting", "Messages that have arrived and wait for their handlers.",
          sum.messagesWaiting);
    gauge("qrepod_bytes_unsent", "Bytes accepted that the sockets have not taken yet.",
          sum.bytesUnsent);
}

void Metrics::writeReceived(MetricsText &text) const
{
    QMap<QString, Received> actions; // sorted, so that two texts can be compared
    for (const ReceivedByAction &some : m_received) {
        for (const auto &[name, counts] : some) {
            Received &sum = actions[QString::fromStdString(name)];
            sum.messages += counts.messages;
            sum.bytes += counts.bytes;
            sum.time += counts.time;
        }
    }
    text.begin(QStringLiteral("qrepod_action_received_total"), Kind::Counter,
               QStringLiteral("Messages given to handlers, by action."));
    for (auto each = actions.cbegin(); each != actions.cend(); ++each)
        text.sample(label, each.key(), each->messages);
    text.begin(QStringLiteral("qrepod_action_received_bytes_total"), Kind::Counter,
               QStringLiteral("The bytes of these messages."));
    for (auto each = actions.cbegin(); each != actions.cend(); ++each)
        text.sample(label, each.key(), each->bytes);
    text.begin(QStringLiteral("qrepod_handler_seconds"), Kind::Summary,
               QStringLiteral("How long the handlers of these messages took."));
    for (auto each = actions.cbegin(); each != actions.cend(); ++each) {
        text.sample(label, each.key(), std::chrono::duration<double>(each->time).count(),
                    QStringLiteral("_sum"));
        text.sample(label, each.key(), each->messages, QStringLiteral("_count"));
    }
}

void Metrics::writeSent(MetricsText &text) const
{
    const std::map<QString, Sent> actions(m_sent.begin(), m_sent.end()); // sorted
    text.begin(QStringLiteral("qrepod_action_sent_total"), Kind::Counter,
               QStringLiteral("Messages accepted for clients, by action; answers to requests and "
                              "the library's own are not among them."));
    for (const auto &[name, sent] : actions)
        text.sample(label, name, sent.messages);
    text.begin(QStringLiteral("qrepod_action_sent_bytes_total"), Kind::Counter,
               QStringLiteral("The bytes of these messages."));
    for (const auto &[name, sent] : actions)
        text.sample(label, name, sent.bytes);
}

} // namespace QRepod
