// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QString>
#include <QtCore/QStringList>
#include <QtCore/QUrl>
#include <QtNetwork/QSslConfiguration>

//! The exit codes of the program; repodcat.1 describes them.
enum ExitCode {
    Done = 0,
    ConnectionFailed = 1,
    BoundExceeded = 1, ///< the bots measured worse than was required
    WrongUsage = 2,
    TimedOut = 3,
    BadInput = 4,
};

//! Whether the output is coloured.
enum class Colors { Auto, Always, Never };

//! What the command line asks for.
struct Options
{
    QString host = "127.0.0.1";
    quint16 port = 5071;
    QUrl url; ///< to connect to, instead of host and port
    bool isListening = false;
    bool staysOpen = false; ///< go on after the last client has left
    bool isEchoing = false;
    bool isBenchmark = false;
    bool readsInput = true;
    QString watched;     ///< the shared state to print instead of messages
    QStringList actions; ///< those to print and count; all if empty
    QString recordFile;
    QString replayFile;
    bool isReplayFast = false;
    qint64 count = 0; ///< messages after which to end; 0 for never
    int timeout = 0;  ///< milliseconds; 0 for none
    bool isQuiet = false;
    int bots = 0;         ///< how many clients put the server under load; 0 for none
    double rate = 1;      ///< messages per second and bot
    double duration = 10; ///< seconds
    double p99 = 0;       ///< the most milliseconds for round trips; 0 for no limit
    double loss = 100;    ///< the most messages without an answer, in per cent
    QString scriptFile;   ///< what bots do
    Colors colors = Colors::Auto;
    QSslConfiguration tls; ///< null without TLS
};

//! Returns the options in \a arguments, the first of which is the program's name.
///
/// With `--help` or `--version`, or with wrong arguments, it prints what there is to say and ends
/// the program.
Options optionsOf(const QStringList &arguments);
