"""1.4.1 Requests that are not heard, handled late, or made again and again."""

from datetime import timedelta

from wattwarden.simulate.faults.registry import Plot, kind, settled
from wattwarden.simulate.service import add_ticket
from wattwarden.simulate.world import moment

RISK = "1.4.1"


@kind("service.contact_late", RISK, "投诉未及时联系", "Complaint contacted late", 4.0)
def _contact(plot: Plot) -> None:
    for customer in plot.pick(settled(plot.world)):
        day = plot.day(-80, -10)
        row = add_ticket(plot.world, plot.rng, customer, "complaint", "billing", day)
        contact = moment(row, "received_at") + timedelta(hours=float(plot.rng.uniform(28, 70)))
        row |= {"first_contact_at": contact, "finished_at": contact + timedelta(hours=10), "score": 2}
        plot.about("service_ticket", str(row["ticket_id"]), day, day + 4, customer=customer)


@kind("service.handled_late", RISK, "工单超时办结", "Ticket finished late", 4.0)
def _handled(plot: Plot) -> None:
    for customer in plot.pick(settled(plot.world)):
        day = plot.day(-90, -25)
        kind_of, topic = (("complaint", "attitude"), ("request", "metering"), ("opinion", "channel"))[
            int(plot.rng.integers(3))
        ]
        row = add_ticket(plot.world, plot.rng, customer, kind_of, topic, day)
        row |= {
            "finished_at": moment(row, "received_at") + timedelta(days=float(plot.rng.uniform(15, 22))),
            "score": 2,
        }
        plot.about("service_ticket", str(row["ticket_id"]), day, day + 22, customer=customer)


@kind("service.repeat_caller", RISK, "重复来电", "The same customer calls again and again", 3.0)
def _repeat(plot: Plot) -> None:
    for customer in plot.pick(settled(plot.world)):
        first = plot.day(-35, -28)
        for step, (kind_of, topic) in enumerate((("fault", "voltage"), ("consult", "billing"), ("complaint", "billing"),
                                                 ("complaint", "billing"))):  # fmt: skip
            add_ticket(plot.world, plot.rng, customer, kind_of, topic, first + step * 6)
        plot.truth(customer, first, first + 24)


@kind("service.without_owner", RISK, "无首问负责人", "Ticket without an owner", 2.0)
def _orphan(plot: Plot) -> None:
    for customer in plot.pick(settled(plot.world)):
        day = plot.day(-50, -8)
        row = add_ticket(plot.world, plot.rng, customer, "complaint", "outage", day, owner_id=None)
        row |= {"first_contact_at": None, "finished_at": None, "score": None}
        plot.about("service_ticket", str(row["ticket_id"]), day, day + 5, customer=customer)


@kind("service.arrived_late", RISK, "抢修到达超时", "Crew arrived late", 3.0)
def _arrived(plot: Plot) -> None:
    for customer in plot.pick(settled(plot.world)):
        day = plot.day(-80, -5)
        row = add_ticket(plot.world, plot.rng, customer, "fault", "outage", day)
        arrived = moment(row, "received_at") + timedelta(minutes=float(plot.rng.uniform(150, 260)))
        row |= {"arrived_at_site": arrived, "finished_at": arrived + timedelta(hours=1.5)}
        plot.about("service_ticket", str(row["ticket_id"]), day, day + 1, customer=customer)
