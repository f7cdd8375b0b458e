// SPDX-License-Identifier: MIT
#pragma once

#include "repodcat/bot.h"
#include "repodcat/script.h"
#include "repodcat/terminal.h"
#include "repodcat/timings.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QTimer>

#include <memory>
#include <vector>

//! Many clients at once: they connect, send for a while and wait for the last answers. A summary
//! then says how it went.
class Bots : public QObject
{
    Q_OBJECT

public:
    explicit Bots(const Options &options);

    void start();

signals:
    void finished(int code);

private:
    void connectSome();
    void handleAttemptFinished();
    void handleFailure(const Bot &bot, const QString &error);
    void begin();
    void sendDue();
    void sendFrom(Bot &bot, qint64 time);
    void waitForAnswers();
    void end();
    qint64 lost() const;
    QByteArray report() const;
    ExitCode verdict();
    bool stopForScript();

    const Options m_options;
    Terminal m_terminal;
    std::unique_ptr<Script> m_script;
    std::vector<std::unique_ptr<Bot>> m_bots;
    size_t m_startedAttempts = 0;  // bots that have been told to connect
    size_t m_finishedAttempts = 0; // bots that have connected, or failed to
    size_t m_connected = 0;
    qint64 m_failures = 0;
    QString m_firstFailure;

    QElapsedTimer m_clock;
    qint64 m_sendingSince = 0; // when sending began, by the clock, in nanoseconds
    QTimer m_timer;
    qint64 m_turns = 0;
    qint64 m_received = 0; // messages that were not answers
    Timings m_times;
};
