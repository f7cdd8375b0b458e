// SPDX-License-Identifier: MIT
#include "repodcat/traffic.h"

#include <QRepod/Protocol>

using QRepod::Record;

TrafficRecorder::TrafficRecorder(bool isServer)
    : m_isServer(isServer)
{
    m_clock.start();
}

bool TrafficRecorder::open(const QString &fileName)
{
    m_isOpen = true;
    return m_file.open(fileName);
}

void TrafficRecorder::opened(int connection)
{
    write(connection, Record::Kind::Opened);
}

void TrafficRecorder::received(int connection, const QVariantMap &message)
{
    write(connection, m_isServer ? Record::Kind::ToServer : Record::Kind::ToClient, message);
}

void TrafficRecorder::sent(int connection, const QVariantMap &message)
{
    write(connection, m_isServer ? Record::Kind::ToClient : Record::Kind::ToServer, message);
}

void TrafficRecorder::closed(int connection)
{
    write(connection, m_isServer ? Record::Kind::ClosedByClient : Record::Kind::ClosedByServer);
}

bool TrafficRecorder::close()
{
    return !m_isOpen || m_file.flush();
}

void TrafficRecorder::write(int connection, Record::Kind kind, const QVariantMap &message)
{
    if (!m_isOpen)
        return;
    const QByteArray frame = message.isEmpty() ? QByteArray() : QRepod::encode(message);
    m_file.write({m_clock.nsecsElapsed() / 1000, connection, kind, frame});
}

std::optional<std::vector<TimedMessage>> readTraffic(const QString &fileName, bool isServer,
                                                     QString *error)
{
    const auto recording = QRepod::Recording::read(fileName);
    if (!recording.error.isEmpty()) {
        *error = recording.error;
        return {};
    }
    const Record::Kind wanted = isServer ? Record::Kind::ToClient : Record::Kind::ToServer;
    std::vector<TimedMessage> messages;
    qint64 opened = 0;
    for (const Record &record : recording.records) {
        if (record.connection != 0)
            continue;
        if (record.kind == Record::Kind::Opened)
            opened = record.time;
        if (record.kind != wanted)
            continue;
        const auto message = QRepod::decode(QByteArrayView(record.frame).sliced(4));
        if (message && message->contains("action")) // not a heartbeat, and not damaged
            messages.push_back({record.time - opened, *message});
    }
    return messages;
}
