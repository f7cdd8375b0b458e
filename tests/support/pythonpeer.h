// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QProcess>

//! A program of tests/integration/python/ that plays the other end of a connection. It is asked to
//! end in the destructor.
class PythonPeer
{
public:
    PythonPeer() = default;
    PythonPeer(const QString &script, const QStringList &arguments) { start(script, arguments); }
    ~PythonPeer();

    //! Starts \a script, which lies in tests/integration/python/.
    void start(const QString &script, const QStringList &arguments);

    //! Waits until a server says where it listens; 0 if it never does.
    quint16 port();

    //! Runs the event loop until it prints \a line.
    bool hasSaid(const QByteArray &line);

    bool hasEnded() const { return m_process.state() == QProcess::NotRunning; }

    //! Runs the event loop until the program has ended by itself.
    ///
    /// \return why its checks did not hold, or nothing.
    QString complaint();

    //! The same after it was asked to end.
    QString end();

private:
    QProcess m_process;
};
