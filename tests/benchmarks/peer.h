// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>
#include <QtCore/qstring.h>

#include <memory>
#include <utility>

//! What an end does with a message that has arrived.
enum class Duty {
    Count,
    Echo, ///< count it and send one back
};

//! One end of a connection. Used by the thread that created it.
class Endpoint
{
public:
    explicit Endpoint(Duty duty)
        : m_duty(duty)
    {
    }
    virtual ~Endpoint() = default;
    Q_DISABLE_COPY_MOVE(Endpoint)

    virtual bool isConnected() const = 0;

    //! Sends the message, at the latest in the next flush() or receive().
    virtual void send() = 0;

    //! Writes what was sent as far as the other end takes it, without waiting.
    virtual void flush() { }

    //! Waits until something happens, for about 20 ms at most.
    ///
    /// \return how many messages have arrived since the last call.
    qint64 receive()
    {
        wait();
        return std::exchange(m_received, 0);
    }

    //! A server's port on 127.0.0.1.
    virtual quint16 port() const { return 0; }

protected:
    virtual void wait() = 0;

    void arrived()
    {
        ++m_received;
        if (m_duty == Duty::Echo)
            send();
    }

private:
    const Duty m_duty;
    qint64 m_received = 0;
};

//! A way to send messages over loopback.
class Peer
{
public:
    explicit Peer(const QString &name, int slowness = 1)
        : name(name)
        , slowness(slowness)
    {
    }
    virtual ~Peer() = default;
    Q_DISABLE_COPY_MOVE(Peer)

    virtual std::unique_ptr<Endpoint> listen(Duty duty) const = 0;

    //! Returns once the connection is open.
    virtual std::unique_ptr<Endpoint> connect(quint16 port) const = 0;

    const QString name;
    const int slowness; ///< measured with n / slowness messages where others get n
};
