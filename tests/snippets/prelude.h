// SPDX-License-Identifier: MIT
// What the pieces of code in the guides that are no programs stand on: each becomes a function with
// a game and a server.
#pragma once

#include <QRepod/Client>
#include <QRepod/ConnectionListener>
#include <QRepod/ReplicaModel>
#include <QRepod/Room>
#include <QRepod/Server>
#include <QRepod/Statistics>

#include <QtCore/QFile>
#include <QtCore/QSortFilterProxyModel>
#include <QtCore/QStringListModel>
#include <QtNetwork/QSslCertificate>
#include <QtNetwork/QSslKey>

#include <thread>
