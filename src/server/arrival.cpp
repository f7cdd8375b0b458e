// SPDX-License-Identifier: MIT
#include "server/arrival.h"

#include "protocol/builtin.h"
#include "session/token.h"

#include <iterator>
#include <utility>

namespace QRepod {

namespace {

// How long a client may be silent before it counts as a new one, in milliseconds.
constexpr int patience = 100;

// How long the node of its session is looked for, in milliseconds.
constexpr int askingPatience = 3000;

} // namespace

Arrival::Arrival(Server::Private &server, const ServerSettings &settings, const QString &address,
                 std::shared_ptr<const HttpRequest> request)
    : m_server(server)
    , m_settings(settings)
    , m_address(address)
    , m_request(std::move(request))
    , m_link(Link::create({&server.waker, this}, settings))
    , m_patience(server.deadlines, [this] { handleSilence(); })
{
}

Arrival::~Arrival()
{
    if (!m_isTaken) {
        m_link.outbox->close();
        m_link.inbox->detachReader();
    }
    m_server.waker.forget(this);
}

std::vector<Delivery> Arrival::take()
{
    m_isTaken = true;
    return std::move(m_deliveries);
}

//! Whoever is told of what has come deletes this.
void Arrival::handleWake()
{
    std::vector<Delivery> come = m_link.inbox->takeAll();
    m_deliveries.insert(m_deliveries.end(), std::make_move_iterator(come.begin()),
                        std::make_move_iterator(come.end()));
    if (m_deliveries.empty())
        return;
    if (m_deliveries.front().kind() != Delivery::Kind::Connected) // the TLS handshake failed
        return m_server.turnAway(*this, m_deliveries.front().error());
    if (m_request && !m_request->address.isEmpty())
        m_address = m_request->address; // the stream knows it since it is open
    if (m_token.isEmpty())
        greet();
    if (m_deliveries.size() == 1 || m_isAsking)
        return;
    const Delivery &second = m_deliveries[1];
    if (second.kind() != Delivery::Kind::Messages) // it has gone without a word
        return m_server.turnAway(*this, second.error());
    const Frame &frame = second.batch().frames.front();
    if (frame.isControl()) {
        const Control control(frame.payload);
        if (control.kind() == Control::Kind::Resume)
            return m_server.resume(*this, control);
    }
    m_server.welcome(*this, FirstFrame::Known);
}

void Arrival::greet()
{
    m_token = Token::create(m_server.homeOfSessions());
    m_link.outbox->send(BuiltIn::greeting(m_token).bytes());
    m_patience.start(patience);
}

void Arrival::handleSilence()
{
    if (m_isAsking)
        m_server.loseSession(*this, QStringLiteral("its server could not be found"));
    else
        m_server.welcome(*this, FirstFrame::None);
}

void Arrival::setAsking()
{
    m_isAsking = true;
    m_patience.start(askingPatience);
}

} // namespace QRepod
