// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QString>
#include <QtCore/QStringList>
#include <QtCore/QUrl>
#include <QtNetwork/QSslConfiguration>

//! What the program says to its caller when it ends; repodcat.1 describes them.
enum ExitCode {
    Done = 0,
    ConnectionFailed = 1,
    BoundPassed = 1, ///< what bots have measured is worse than what was asked for
    WrongUsage = 2,
    TimedOut = 3,
    BadInput = 4,
};

//! When the output is coloured.
enum class Colors { Auto, Always, Never };

//! What the command line asks for.
struct Options
{
    QString host = "127.0.0.1";
    quint16 port = 5071;
    QUrl url; ///< to connect to, instead of both
    bool isListening = false;
    bool staysOpen = false; ///< goes on when the last client has left
    bool isEchoing = false;
    bool isBenchmark = false;
    bool readsInput = true;
    QString watched;     ///< the shared state that is printed, instead of messages
    QStringList actions; ///< those that are printed and counted; all if there are none
    QString recordFile;
    QString replayFile;
    bool isReplayFast = false;
    qint64 count = 0; ///< messages after which it ends; 0: any number
    int timeout = 0;  ///< milliseconds; 0: none
    bool isQuiet = false;
    int bots = 0;         ///< so many clients put the server under load; 0: none do
    double rate = 1;      ///< messages a second of each
    double duration = 10; ///< seconds
    double p99 = 0;       ///< milliseconds that the round trips may take; 0: any time
    double loss = 100;    ///< per cent of the messages that may stay without an answer
    QString scriptFile;   ///< what bots do
    Colors colors = Colors::Auto;
    QSslConfiguration tls; ///< null without TLS
};

//! The options in \a arguments, of which the first is the program's name.
///
/// With `--help` and `--version`, and with arguments that are wrong, it prints what there is to say
/// and ends the program.
Options optionsOf(const QStringList &arguments);
