// SPDX-License-Identifier: MIT
#pragma once

#include "repodcat/benchmark.h"
#include "repodcat/endpoint.h"
#include "repodcat/input.h"
#include "repodcat/terminal.h"
#include "repodcat/traffic.h"

#include <QtCore/QSet>
#include <QtCore/QTimer>

#include <deque>

//! One run of the program: carries messages between endpoint and terminal until it is over.
class Session : public QObject
{
    Q_OBJECT

public:
    explicit Session(const Options &options);

    //! Starts. finished() reports the end, which may come at once.
    void start();

    //! Returns the code to end the program with, when it would otherwise end with \a code.
    int exitCode(int code);

signals:
    void finished(int code);

private:
    // Called by the endpoint.
    void opened(int connection, const QString &address);
    void received(int connection, const QVariantMap &message);
    void count();
    void failed(const QString &error);
    void closed(int connection, const QString &address);

    // Where messages come from.
    void startBenchmark();
    void replayDue();
    void takeLine(const QByteArray &line);
    void sendWaiting();

    void send(const QVariantMap &message, int connection = Endpoint::everyone);
    void sourceEnded();
    void print(const QVariantMap &message);
    void timeIsOver();
    void drain();
    void finish(ExitCode code);
    void end(ExitCode code);

    bool isWanted(const QVariantMap &message) const;
    bool hasAllMessages() const { return m_counted >= m_options.count; }

    const Options m_options;
    Terminal m_terminal;
    TrafficRecorder m_recorder;
    std::unique_ptr<Endpoint> m_endpoint;
    std::unique_ptr<Benchmark> m_benchmark;
    Input m_input;

    std::vector<TimedMessage> m_replay;
    size_t m_replayed = 0;
    QElapsedTimer m_replayClock;
    QTimer m_replayTimer;

    std::deque<QByteArray> m_lines; // read, and held back until the peer takes more
    QTimer m_backlogTimer;          // to check whether it does
    bool m_isInputOver = false;

    QTimer m_timeout;
    int m_lineNumber = 0;
    bool m_hasBadLines = false;
    bool m_isListening = false;
    bool m_hasStarted = false; // somebody was connected
    bool m_hasFailed = false;
    bool m_isFinishing = false;
    ExitCode m_code = Done;
    QSet<int> m_connections;
    qint64 m_counted = 0;
};
