// SPDX-License-Identifier: MIT
#pragma once

#include "repodcat/options.h"
#include "test/framecutter.h"

#include <QtCore/QHash>
#include <QtCore/QObject>
#include <QtCore/QVariantMap>
#include <QtNetwork/QSslSocket>

//! One client of many. It is a bare socket: thousands share a thread, which a game's client with a
//! thread of its own could not.
class Bot : public QObject
{
    Q_OBJECT

public:
    explicit Bot(int number, QObject *parent = nullptr);
    ~Bot() override;

    int number() const { return m_number; }
    void open(const Options &options);
    void close();
    bool isOpen() const { return m_isOpen; }
    bool hasOpened() const { return m_hasOpened; }

    void send(const QVariantMap &message);

    //! Sends something that is answered: a request, or what a peer that echoes sends back. \a time
    //! is when it was to be sent, in nanoseconds: who is late sending it has to wait, too.
    void ask(QVariantMap message, bool isRequest, qint64 time);

    //! What has been asked and not been answered.
    qsizetype waiting() const { return m_waiting.size(); }

signals:
    void opened();
    void received(const QVariantMap &message);
    void answered(qint64 asked); ///< when it was asked
    void failed(const QString &error);

private:
    void read();
    void take(const QVariantMap &message);
    void fail(const QString &error);

    const int m_number;
    QSslSocket m_socket;
    QRepod::FrameCutter m_cutter;
    QHash<qint64, qint64> m_waiting; // when each was asked, by its number
    qint64 m_asked = 0;
    bool m_isOpen = false;
    bool m_hasOpened = false;
    bool m_hasEnded = false;
};
