// SPDX-License-Identifier: MIT
#pragma once

#include "soak/ledger.h"
#include "soak/soaklistener.h"

#include <QRepod/Test/FaultProxy>

#include <QtCore/QElapsedTimer>
#include <QtCore/QTimer>

#include <atomic>
#include <thread>
#include <vector>

//! Makes one connection after another, by plans drawn from a seed. Lives in one thread.
class SoakClient : public QObject
{
    Q_OBJECT

public:
    //! How the client uses the library.
    enum class Style {
        PolledMaps,
        AutoTyped,
        AutoTypedInThread,
        SendingThreadInThread,
    };

    //! Connects to \a serverPort, which is a gate's port if \a isWebSocket.
    SoakClient(int number, Style style, quint32 seed, quint16 serverPort, bool isWebSocket);
    ~SoakClient() override;

    //! Begins; call it in the client's thread.
    void start();

    //! Ends after the current connection. Thread-safe.
    void stop() { m_isStopping = true; }

signals:
    void finished();

private:
    enum class State { Connecting, Sending, Ending, Judging };

    //! A connection whose ends have not both finished.
    struct Pending
    {
        std::shared_ptr<Ledger> ledger;
        int proxy;
        QElapsedTimer since;
    };

    void makeListener();
    void begin();
    void work();
    void joined();
    void left(const std::shared_ptr<Ledger> &ledger);
    void sendBurst();
    void stallSometimes();
    void endStall();
    void endSending();
    void judgePending();
    void setState(State state);
    void startSender();
    void stopSender();
    QRepod::FaultProxy &proxy() { return *m_proxies[m_proxy]; }

    const int m_number;
    const Style m_style;
    const bool m_isWebSocket;
    QRandomGenerator m_random;
    std::unique_ptr<QRepod::FaultProxy> m_proxies[2]; // alternating, so that one can finish
    int m_proxy = 0;
    std::unique_ptr<SoakListener> m_listener;
    std::shared_ptr<Ledger> m_ledger; // of the current connection
    std::vector<Pending> m_pending;
    State m_state = State::Connecting;
    QElapsedTimer m_inState;
    QElapsedTimer m_sinceBurst;
    QTimer m_timer;
    std::thread m_sender;
    std::atomic<bool> m_isSending = false;
    std::atomic<bool> m_isStopping = false;
    bool m_isStalled = false;
    bool m_hasClosed = false; // this end has closed the current connection
};
