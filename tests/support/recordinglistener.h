// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/ConnectionListener>

#include <QtCore/QStringList>

#include <functional>

//! Logs everything that a listener is told, in order: `"connected()"` for a signal, `"connected"`
//! for a message.
class RecordingListener : public QRepod::ConnectionListener
{
    Q_OBJECT

public:
    RecordingListener();

    void network_received(const QVariantMap &message) override;

    //! The actions of all messages, without the signals.
    QStringList actions() const;

    //! Pumps until \a action has come \a count times, or it takes too long.
    bool pumpUntil(const QString &action, int count = 1);

    //! Connects to a server on this machine and pumps until that is delivered.
    bool connectAndWait(quint16 port);

    QStringList log;
    QList<QVariantMap> messages;
    QString error; ///< the text of the last errorOccurred()

    //! Called for every message, after it has been logged.
    std::function<void(const QVariantMap &)> onMessage;
};
