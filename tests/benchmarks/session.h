// SPDX-License-Identifier: MIT
#pragma once

#include "peer.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <thread>

//! A server in a thread of its own and a client in the calling thread, connected.
class Session
{
public:
    //! The server runs \a task once the client calls start(), then does its duty until the end.
    Session(const Peer &peer, Duty duty, std::function<void(Endpoint &)> task = {});
    ~Session();
    Q_DISABLE_COPY_MOVE(Session)

    //! Returns once both ends are connected and the server has begun its task.
    void start()
    {
        m_isClientReady = true;
        m_isServing.get_future().wait();
    }

    Endpoint &client() { return *m_client; }

private:
    void serve(const Peer &peer, Duty duty, const std::function<void(Endpoint &)> &task);

    std::promise<quint16> m_port;
    std::promise<void> m_isServing;
    std::atomic<bool> m_isClientReady = false;
    std::atomic<bool> m_isEnding = false;
    std::thread m_server;
    std::unique_ptr<Endpoint> m_client;
};

inline double secondsSince(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}
