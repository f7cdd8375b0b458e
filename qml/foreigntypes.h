// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Channel>
#include <QRepod/ConnectionListener>
#include <QRepod/Room>
#include <QRepod/Server>
#include <QRepod/ServerBrowser>
#include <QRepod/Statistics>

#include <QtQml/qqml.h>

/// \file
/// The core's classes, as bases of the QML types, so that tools know what these inherit.

namespace QRepod {

struct ForeignConnectionListener
{
    Q_GADGET
    QML_FOREIGN(QRepod::ConnectionListener)
    QML_ANONYMOUS
};

struct ForeignServer
{
    Q_GADGET
    QML_FOREIGN(QRepod::Server)
    QML_ANONYMOUS
};

struct ForeignChannel
{
    Q_GADGET
    QML_FOREIGN(QRepod::Channel)
    QML_ANONYMOUS
};

struct ForeignServerBrowser
{
    Q_GADGET
    QML_FOREIGN(QRepod::ServerBrowser)
    QML_NAMED_ELEMENT(ServerBrowser)
};

struct ForeignRoom
{
    Q_GADGET
    QML_FOREIGN(QRepod::Room)
    QML_ANONYMOUS
};

struct ForeignStatistics
{
    Q_GADGET
    QML_FOREIGN(QRepod::Statistics)
    QML_VALUE_TYPE(statistics)
};

} // namespace QRepod
