// SPDX-License-Identifier: MIT
#pragma once

#include "repodcat/options.h"
#include "test/framecutter.h"
#include "transport/addressrace.h"

#include <QtCore/QHash>
#include <QtCore/QObject>
#include <QtCore/QVariantMap>
#include <QtNetwork/QSslSocket>

#include <memory>

//! One client of many. It is a bare socket, because thousands share a thread, and a game's client
//! has a thread of its own.
class Bot : public QObject, private QRepod::AddressRace::User
{
    Q_OBJECT

public:
    //! \a options must outlive the bot.
    Bot(int number, const Options &options, QObject *parent = nullptr);
    ~Bot() override;

    int number() const { return m_number; }
    void open();
    void close();
    bool isOpen() const { return m_isOpen; }
    bool hasOpened() const { return m_hasOpened; }

    void send(const QVariantMap &message);

    //! Sends a message that will be answered: a request, or one that the peer echoes. \a time is
    //! when it was due, in nanoseconds: being late to send counts as waiting too.
    void ask(QVariantMap message, bool isRequest, qint64 time);

    //! How many messages have been asked and not been answered.
    qsizetype waiting() const { return m_waiting.size(); }

signals:
    void opened();
    void received(const QVariantMap &message);
    void answered(qint64 asked); ///< \a asked is when it was due
    void failed(const QString &error);

private:
    // AddressRace::User
    QAbstractSocket *makeSocket() override;
    void connectSocket(QAbstractSocket *socket, const QString &address) override;
    void raceWon(QAbstractSocket *socket) override;
    void raceLost(const QString &reason) override;

    void begin();
    void read();
    void take(const QVariantMap &message);
    void fail(const QString &error);

    const int m_number;
    const Options &m_options;
    QRepod::AddressRace m_race{*this};
    std::unique_ptr<QSslSocket> m_socket; // null until the race is won
    QRepod::FrameCutter m_cutter;
    QHash<qint64, qint64> m_waiting; // when each was due, by its number
    qint64 m_asked = 0;
    bool m_isOpen = false;
    bool m_hasOpened = false;
    bool m_hasEnded = false;
};
