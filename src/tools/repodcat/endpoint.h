// SPDX-License-Identifier: MIT
#pragma once

#include "repodcat/options.h"

#include <QtCore/QObject>
#include <QtCore/QVariantMap>

#include <memory>

//! This end of one connection, or of several if it listens; the rest of the program need not care.
///
/// Connections are numbered from 0. Everything happens in the event loop.
class Endpoint : public QObject
{
    Q_OBJECT

public:
    static constexpr int everyone = -1;

    //! Starts; signals report the outcome.
    virtual void start() = 0;

    //! Sends \a message, which must be encodable, on a \a connection or to everyone.
    virtual void send(const QVariantMap &message, int connection = everyone) = 0;

    //! The most bytes that any connection still has to write.
    virtual qint64 bytesUnsent() const = 0;

    //! Ends all connections after everything sent has gone out.
    virtual void close() = 0;

signals:
    void opened(int connection, const QString &address);
    void received(int connection, const QVariantMap &message);

    //! The connection could not be made, or broke; \a error says which and why.
    void failed(const QString &error);

    void closed(int connection, const QString &address);

    void listening(quint16 port);
};

//! Returns the endpoint that \a options ask for.
std::unique_ptr<Endpoint> makeEndpoint(const Options &options);
