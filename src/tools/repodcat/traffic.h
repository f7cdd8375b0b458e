// SPDX-License-Identifier: MIT
#pragma once

#include "test/recording.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QVariantMap>

/// \file
/// Recordings in the format of QRepod::Recorder. What this program has recorded can be the server
/// of a test (QRepod::Replay), and this program can send what a test has recorded.

//! Writes to a file what one endpoint sends and receives.
class TrafficRecorder
{
public:
    //! \a isServer says whether messages that are received go to the server.
    explicit TrafficRecorder(bool isServer);

    //! Opens the file, replacing an existing one.
    bool open(const QString &fileName);

    void opened(int connection);
    void received(int connection, const QVariantMap &message);
    void sent(int connection, const QVariantMap &message);
    void closed(int connection);

    //! Completes the file. \return whether everything could be written.
    bool close();

    QString errorString() const { return m_file.errorString(); }

private:
    void write(int connection, QRepod::Record::Kind kind, const QVariantMap &message = {});

    const bool m_isServer;
    bool m_isOpen = false;
    QElapsedTimer m_clock;
    QRepod::RecordingWriter m_file;
};

//! A message of a recording, sent \a time microseconds after its connection was made.
struct TimedMessage
{
    qint64 time;
    QVariantMap message;
};

//! Returns what the server, or the client, sent on the first connection of a recording.
///
/// \return nothing if the file is not a recording; \a error says why.
std::optional<std::vector<TimedMessage>> readTraffic(const QString &fileName, bool isServer,
                                                     QString *error);
