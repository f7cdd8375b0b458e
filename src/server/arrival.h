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

//! A connection that has not yet shown whether it resumes a session. It has no channel so far.
///
/// It is greeted at once, and its first frame decides. If none comes, it counts as a new client
/// after a while, since a plain peer may wait to be spoken to. Used in the server's working thread.
class Arrival final : private Wakeable
{
public:
    //! \a request is null unless the client came by HTTP.
    Arrival(Server::Private &server, const ServerSettings &settings, const QString &address,
            std::shared_ptr<const HttpRequest> request);
    virtual ~Arrival();

    const QString &address() const { return m_address; }
    const std::shared_ptr<const HttpRequest> &request() const { return m_request; }
    const ServerSettings &settings() const { return m_settings; }
    const Link &link() const { return m_link; }

    //! The greeting's token, which leads to whatever this becomes.
    const QString &token() const { return m_token; }

    //! Increases from one connection to the next.
    qint64 number() const { return m_number; }

    //! Another node is being asked where the session is. Meanwhile this waits, for a limited time.
    void setAsking();

    //! Expires when this is destroyed.
    std::weak_ptr<const int> life() const { return m_life; }

    //! Tells the client that the session it wants to resume is lost, for \a reason. It becomes a
    //! new client with its next frame, or if it stays: many late connections are already gone, and
    //! nobody must hear of those.
    void lose(const QString &reason);

    //! Takes what has arrived so far, Connected first. From then on the connection is the caller's.
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
    Timeout m_timeout; // until the first frame, or an answer from another node
    const std::shared_ptr<const int> m_life = std::make_shared<const int>(0);
    bool m_isAsking = false;
    bool m_isLost = false; // the session that the client wants to resume
    bool m_isTaken = false;
};

} // namespace QRepod
