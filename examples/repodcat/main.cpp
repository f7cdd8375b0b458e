// SPDX-License-Identifier: MIT
// repodcat: sends and receives messages as lines of JSON. repodcat.1 describes it.

#include "interrupt.h"
#include "repodcat/session.h"

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    application.setApplicationName("repodcat");
    application.setApplicationVersion(QREPOD_VERSION);
    quitOnInterrupt(application);

    Session session(optionsOf(application.arguments()));
    QObject::connect(&session, &Session::finished, &application, &QCoreApplication::exit);
    QTimer::singleShot(0, &session, &Session::start);
    return session.exitCode(application.exec());
}
