// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QProcess>

//! A program from tests/integration/python/ that plays the other end of a connection. The
//! destructor asks it to end.
class PythonPeer
{
public:
    PythonPeer() = default;
    PythonPeer(const QString &script, const QStringList &arguments) { start(script, arguments); }
    ~PythonPeer();

    //! Starts \a script, a file in tests/integration/python/.
    void start(const QString &script, const QStringList &arguments);

    //! Waits until a server prints where it listens; returns 0 if it never does.
    quint16 port();

    //! Runs the event loop until the program prints \a line.
    bool hasSaid(const QByteArray &line);

    bool hasEnded() const { return m_process.state() == QProcess::NotRunning; }

    //! Runs the event loop until the program has ended by itself.
    ///
    /// \return why its checks failed, or nothing.
    QString complaint();

    //! Asks the program to end, then does the same.
    QString end();

private:
    QProcess m_process;
};
