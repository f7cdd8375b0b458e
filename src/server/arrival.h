// SPDX-License-Identifier: MIT
#pragma once

#include "server/serverprivate.h"
#include "transport/httprequest.h"
#include "transport/link.h"
#include "transport/timeout.h"

#include <QtCore/qstring.h>

#include <memory>
#include <vector>

namespace QRepod {

//! A connection that has not shown yet whether it resumes a session: there is no channel for it.
///
/// It is greeted at once. Its first frame decides; without one it is a new client after a while,
/// for a plain peer may wait to be spoken to. Works in the server's working thread.
class Arrival final : private Wakeable
{
public:
    //! \a request is null unless it came by HTTP.
    Arrival(Server::Private &server, const ServerSettings &settings, const QString &address,
            std::shared_ptr<const HttpRequest> request);
    virtual ~Arrival();

    const QString &address() const { return m_address; }
    const std::shared_ptr<const HttpRequest> &request() const { return m_request; }
    const ServerSettings &settings() const { return m_settings; }
    const Link &link() const { return m_link; }

    //! Of the greeting: leads to what becomes of it.
    const QString &token() const { return m_token; }

    //! Grows from one connection to the next.
    qint64 number() const { return m_number; }

    //! Somebody else is asked where its session is. Meanwhile nothing becomes of it, for a while.
    void setAsking();

    //! Goes with it.
    std::weak_ptr<const int> life() const { return m_life; }

    //! The session that it wants to resume is lost, for \a reason. It is a new client with its next
    //! frame, or if it stays: many that come too late have gone already, and nobody must hear of
    //! them.
    void lose(const QString &reason);

    //! What has come so far, Connected first. After that it is somebody else's.
    std::vector<Delivery> take();

private:
    void handleWake() override;
    void greet();
    void handleSilence();
    void decide();

    Server::Private &m_server;
    const qint64 m_number;
    const ServerSettings m_settings;
    QString m_address;
    const std::shared_ptr<const HttpRequest> m_request;
    const Link m_link;
    QString m_token;
    std::vector<Delivery> m_deliveries;
    Timeout m_patience; // until the first frame, or an answer
    const std::shared_ptr<const int> m_life = std::make_shared<const int>(0);
    bool m_isAsking = false;
    bool m_isLost = false; // the session that it wants
    bool m_isTaken = false;
};

} // namespace QRepod
