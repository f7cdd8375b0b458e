// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QProcess>

//! A program of tests/integration/python/ that plays the other end of a connection. It is asked to
//! end in the destructor.
class PythonPeer
{
public:
    //! Starts \a script, which lies in tests/integration/python/.
    PythonPeer(const QString &script, const QStringList &arguments);
    ~PythonPeer();

    //! Waits until a server says where it listens; 0 if it never does.
    quint16 port();

    //! Runs the event loop until it prints \a line.
    bool hasSaid(const QByteArray &line);

    //! Runs the event loop until the program has ended by itself.
    ///
    /// \return why it was not content, or nothing.
    QString complaint();

    //! The same after it was asked to end.
    QString end();

private:
    QProcess m_process;
};
