// SPDX-License-Identifier: MIT
#include "session.h"

#include "threadtimes.h"

Session::Session(const Peer &peer, Duty duty, std::function<void(Endpoint &)> task)
    : m_server([this, &peer, duty, task = std::move(task)] { serve(peer, duty, task); })
{
    m_client = peer.connect(m_port.get_future().get());
}

Session::~Session()
{
    m_client.reset();
    m_isEnding = true;
    m_server.join();
}

void Session::serve(const Peer &peer, Duty duty, const std::function<void(Endpoint &)> &task)
{
    ThreadTimes::setName("server");
    const std::unique_ptr<Endpoint> server = peer.listen(duty);
    m_port.set_value(server->port());
    while (!server->isConnected() || !m_isClientReady) // connecting may need answers
        server->receive();
    m_isServing.set_value();
    if (task)
        task(*server);
    while (!m_isEnding)
        server->receive();
}
